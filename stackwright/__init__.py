"""Compose, prove and deliver highly available container services on AWS as plain CloudFormation."""

__version__ = "0.1.0"
