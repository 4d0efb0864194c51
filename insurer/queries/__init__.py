"""What may be read of the insurer's room, always through who asks: not yours looks like not there."""
