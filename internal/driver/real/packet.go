package real

import "github.com/edo-go/edo/internal/driver"

var errOnlyUDP = driver.Unsupported("this option is for UDP")
