//go:build !linux || portable

package real

import "github.com/edo-go/edo/internal/driver"

// LetWritesBlock has d write as on systems where no system call can be had that does not
// wait.
func LetWritesBlock(d driver.Driver) bool {
	d.(*portableDriver).writesBlock = true
	return true
}
