package tlsconn

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"testing"
)

// If this fails, crypto/tls has changed: nothing is released any more, and an idle connection keeps
// the buffer of its largest record.
func TestTheBuffersOfCryptoTLSAreWhereTheyAreLookedFor(t *testing.T) {
	if !where.found {
		t.Error("tls.Conn has other fields: look at its source, and change find")
	}
}

func TestABufferOfAnotherTypeIsNotTouched(t *testing.T) {
	other := reflect.StructOf([]reflect.StructField{
		{Name: "rawInput", PkgPath: "crypto/tls", Type: reflect.TypeFor[bytes.Buffer]()},
		{Name: "input", PkgPath: "crypto/tls", Type: reflect.TypeFor[bytes.Buffer]()}, // not a bytes.Reader
		{Name: "hand", PkgPath: "crypto/tls", Type: reflect.TypeFor[bytes.Buffer]()},
	})
	if find(other).found || find(reflect.TypeFor[tls.Config]()).found {
		t.Error("found")
	}
}
