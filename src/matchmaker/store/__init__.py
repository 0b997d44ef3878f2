"""A durable folder of records that can be searched while it grows."""

from matchmaker.store.changed import ChangedError, latest
from matchmaker.store.database import KINDS, Kind
from matchmaker.store.store import Store
from matchmaker.store.upkeep import StoreInfo

__all__ = ["KINDS", "ChangedError", "Kind", "Store", "StoreInfo", "latest"]
