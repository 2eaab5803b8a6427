//go:build !linux || portable

package real

import "github.com/edo-go/edo/internal/driver"

// LetWritesBlock has d write as on systems where every system call that writes may wait.
func LetWritesBlock(d driver.Driver) bool {
	d.(*portableDriver).writesBlock = true
	return true
}
