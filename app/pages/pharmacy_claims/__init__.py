"""What a pharmacy is owed: its claims, each with the insurer's decision, to be accepted or appealed against."""

from app.pages.pharmacy_claims.claims import router

__all__ = ["router"]
