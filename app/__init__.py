"""The service that every system runs: a small Sanic application that knows how to come and go without a failed request.

`python -m app` starts it. `config` reads the environment, `server` opens the listeners and closes them again in order,
`service` puts the routes together, one module each: `health`, `items`, `info`, `pages`.
"""
