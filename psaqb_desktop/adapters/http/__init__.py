"""HTTP as the service adapters need it: time-outs, the retry rule, exact JSON, a redacted log.

Library errors end here: what leaves is an answer or an error of the domain.
"""
