"""The demonstration world: invented people, centres, keys and packs, made once and brought up to date at each start.

Everything goes through the same verbs as in real life. What an outside program needs to take part lies in
`var/demo/`: `world.json`, and beside it the private keys of the demonstration's machines, physicians and officers.
"""
