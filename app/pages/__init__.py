"""The pages, one module or package a role. A module is served once its router stands in `routers`."""

from app.pages import admin, council, home, insurer, paper, pharmacy, prescriber, regulator

routers = [
    home.router,
    prescriber.router,
    pharmacy.router,
    paper.router,
    insurer.router,
    council.router,
    regulator.router,
    admin.router,
]
