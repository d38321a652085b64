"""Where a rule holds: the divisions of China from the province to the county, and which of them lie in which.

A region is written from the province down as far as it is known (广东省佛山市高明区); 全国 is the whole country.
A name that the list does not hold is kept as it was told, never placed by guess.
"""

from assistant.regions.gazetteer import NATIONAL, Place, chain, full, level, up_to
from assistant.regions.naming import regions_in, seat
from assistant.regions.relations import applies, same_region, within

__all__ = ["NATIONAL", "Place", "applies", "chain", "full", "level", "regions_in", "same_region", "seat", "up_to", "within"]
