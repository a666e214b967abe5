"""What a change of configuration does to a running cluster, and the runbook that brings it into force.

Two states go in (`states`), and a `records.Plan` comes out (`making.plan`): the changes and what each
costs, the rounds of restarts, the commands, and the way back. Pure: nothing here runs or reads anything.
"""
