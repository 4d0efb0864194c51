"""One story, two rooms: each flow is one function over one transaction and calls each room's own verb.

A flow that needs a partner comes in two parts: the question (no session is held meanwhile) and the write,
which checks again what may have changed in between. Rooms never call each other upwards; the flows hand
what the room above knows down as plain values.
"""
