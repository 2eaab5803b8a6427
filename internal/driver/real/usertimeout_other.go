//go:build !linux

package real

import (
	"time"

	"github.com/edo-go/edo/internal/driver"
)

func setUserTimeout(int, time.Duration) error {
	return driver.Unsupported("this system has no TCP_USER_TIMEOUT")
}
