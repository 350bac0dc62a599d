"""The local AWS: moto's services and our own CloudFormation behind one loopback port."""
