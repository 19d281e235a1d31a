"""The demo organisation: what it says lies in data/, how it is played in these modules.

Everything happens by the transitions that people use, in the order in which it is said to have
happened, so that history, versions, notices and summaries are what they would be.
"""
