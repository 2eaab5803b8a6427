//go:build !unix

package real

import "github.com/edo-go/edo/internal/driver"

func duplicate(uintptr) (int, error) {
	return -1, driver.Unsupported("sockets of this system are no files")
}
