"""The compiled executor: an operation becomes its statements and one Python function, once.

A resolver says which rows, the operation says which columns, and both are known before the first row arrives. So
the selection is walked once for each document, not once for each value: `plans` keeps what came of it, `asking`
runs it. What is not understood declines, and any exception discards the attempt; graphql-core then answers, as it
would have without this folder. docs/compiled-queries.md goes through one example.
"""
