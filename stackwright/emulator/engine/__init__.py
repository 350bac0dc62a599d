"""CloudFormation's own work: stacks, change sets, events, updates by property, rollback.

How the modules meet: `service.Engine` admits a request (`admission`), makes a `stacks.Revision` of
it and starts one thread for the root operation (`operations`). That evaluates the template with
`stackwright.resolve`, symbols bound one by one as resources come to be (`evaluation`), and brings
each resource to what was evaluated (`resources`, `nested`), deciding with `replacement`. `changes`
compares without touching anything; `changesets` keeps what it found until it is executed.
"""
