"""Paper within a declared emergency: the form that transcribes it, and the number it then has."""

from app.pages.paper.transcribing import router

__all__ = ["router"]
