"""What ECS decides by itself, as pure functions: where tasks fit, and how a rolling update proceeds."""
