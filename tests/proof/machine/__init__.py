"""One state machine that walks random verbs through all rooms, on a real PostgreSQL, with a clock it moves.

A refusal (a Problem) is an answer, and must change nothing; anything else that is raised is a failure. After every
verb the tables are held against what was promised (`promises`, `looking`) and against a small book (`book`).

    python -m tests.proof.machine --minutes 30      random seeds; prints what was asked, done and refused
"""
