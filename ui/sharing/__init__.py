"""Addresses that show what somebody means to show: which `parameters` there are, what they leave
out (`hiding`) or enlarge (`presenting`), the `links` made of them, and the `share_dialog` with a
`qr_code`.
"""
