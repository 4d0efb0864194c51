"""Commands for whoever runs a deployment, one module a concern; `app/cli.py` puts them on the command line."""

from app.commands import recovering, serving, telling

groups = [serving, telling, recovering]
