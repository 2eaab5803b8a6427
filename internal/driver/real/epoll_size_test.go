//go:build linux && !portable

package real

import (
	"testing"
	"unsafe"
)

func TestConnectionIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(conn{}); size > 64 {
		t.Fatalf("a connection is %d bytes", size)
	}
}
