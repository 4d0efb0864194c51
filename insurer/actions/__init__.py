"""The insurer's verbs, and the only code that writes its tables."""
