package cancel_test

import (
	"testing"

	"github.com/edo-go/edo/cancel"
)

func BenchmarkCancelChild(b *testing.B) {
	b.ReportAllocs()
	root := cancel.New()
	for range b.N {
		root.Child().Drop()
	}
}
