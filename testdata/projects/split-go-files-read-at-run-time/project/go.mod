module example.com/shop/v2
