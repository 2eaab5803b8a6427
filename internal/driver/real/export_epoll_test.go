//go:build linux && !portable

package real

import "github.com/edo-go/edo/internal/driver"

// LetWritesBlock does nothing: epoll has one way to write.
func LetWritesBlock(driver.Driver) bool { return false }
