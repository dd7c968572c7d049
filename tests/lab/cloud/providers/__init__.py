# SPDX-License-Identifier: BSD-3-Clause
"""A module a provider; provider.py is what they share."""
