"""Commands for whoever runs a deployment, one module a concern; `app/cli.py` puts them on the command line."""

from app.commands import recovering, rotating, serving, telling

groups = [serving, telling, recovering, rotating]
