"""The agents of HemoStat."""
