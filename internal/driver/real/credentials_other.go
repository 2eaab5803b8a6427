//go:build !linux

package real

import "github.com/edo-go/edo/internal/driver"

func credentials(int) (driver.Credentials, error) {
	return driver.Credentials{}, errNoCredentials
}
