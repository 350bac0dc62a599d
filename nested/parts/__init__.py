"""What nested stacks are made of: groups of resources, documents and figures that are no stack of their own."""
