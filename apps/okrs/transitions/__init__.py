"""Every write to goals. Each function is one step that somebody can take.

Locks are taken in this order: the quarters by id, the objectives by id, key results, negotiations, the rest.
"""
