"""The access matrix behind the doors: whose each object is, what each door does to it, and one of each to try it on."""
