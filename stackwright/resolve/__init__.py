"""The CloudFormation evaluator: templates and parameters in, one flat graph of resources out.

`nested.resolve` walks a tree of stacks and returns a `graph.Graph`. Underneath, a `scope.Scope` is
one template with its parameters bound (`parameters.bind`), and `environment.Environment.lookup` the
seam through which everything passes that only AWS knows; what it leaves open stays a
`symbols.Symbol`, `Text` or `Applied`. The local AWS stands on the same `Scope`.
"""
