"""The CloudFormation evaluator: templates and parameters in, one flat graph of resources out."""
