"""Reviews, findings and obligations in the API: the same verbs as the pages, in other clothes."""
