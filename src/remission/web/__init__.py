"""`remission explore`: a local web page on which a study is changed and its curves move.

Only `remission.cli` imports it, and only for that command: FastAPI and uvicorn are an extra.
"""
