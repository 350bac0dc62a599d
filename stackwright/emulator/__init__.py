"""The local AWS: moto's services and our own CloudFormation behind one loopback port."""

from functools import cache

import botocore.session

# Every session of botocore would read the models of AWS's services anew, and moto begins several as it is imported.
botocore.session.create_loader = cache(botocore.session.create_loader)
