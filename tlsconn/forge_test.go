package tlsconn_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/tlsconn"
)

// forger makes the records of a client, of any content: what crypto/tls never sends.
type forger struct {
	secret []byte
	aead   cipher.AEAD
	iv     []byte
	seq    uint64
}

// Types of records.
const (
	alertRecord     = 21
	handshakeRecord = 22
	dataRecord      = 23
)

// forgedPair is pair whose client writes records of a forger to its end of the connection.
func forgedPair(t testing.TB, task *edo.Task, room int, server *tls.Config) (a *tlsconn.Conn, raw *aio.Pipe, f *forger) {
	t.Helper()
	var log bytes.Buffer
	client := clientConfig()
	client.KeyLogWriter, client.MinVersion = &log, tls.VersionTLS13
	a, b := pair(t, task, room, server, client)
	if suite := b.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		t.Skipf("the suite is %s: needs a processor with instructions for AES", tls.CipherSuiteName(suite))
	}
	for line := range strings.Lines(log.String()) {
		if w := strings.Fields(line); w[0] == "CLIENT_TRAFFIC_SECRET_0" {
			secret, err := hex.DecodeString(w[2])
			if err != nil {
				t.Fatal(err)
			}
			f = &forger{}
			f.use(secret)
			return a, b.Inner().(*aio.Pipe), f
		}
	}
	t.Fatal("no secret")
	return nil, nil, nil
}

// use makes secret that of the next records.
func (f *forger) use(secret []byte) {
	block, err := aes.NewCipher(expandLabel(secret, "key", 16))
	if err != nil {
		panic(err)
	}
	f.secret, f.iv, f.seq = secret, expandLabel(secret, "iv", 12), 0
	if f.aead, err = cipher.NewGCM(block); err != nil {
		panic(err)
	}
}

// expandLabel is HKDF-Expand-Label of RFC 8446, section 7.1.
func expandLabel(secret []byte, label string, n int) []byte {
	info := append(binary.BigEndian.AppendUint16(nil, uint16(n)), byte(len("tls13 "+label)))
	info = append(append(info, "tls13 "+label...), 0)
	key, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil {
		panic(err)
	}
	return key
}

// record returns the next record, of type typ.
func (f *forger) record(typ byte, data []byte) []byte {
	nonce := bytes.Clone(f.iv)
	for i := range 8 {
		nonce[11-i] ^= byte(f.seq >> (8 * i))
	}
	f.seq++
	plain := append(bytes.Clone(data), typ)
	head := binary.BigEndian.AppendUint16([]byte{dataRecord, 3, 3}, uint16(len(plain)+f.aead.Overhead()))
	return f.aead.Seal(head, nonce, plain, head)
}

// keyUpdate returns the record that asks the other side for new keys, and takes new ones.
func (f *forger) keyUpdate() []byte {
	r := f.record(handshakeRecord, []byte{24, 0, 0, 1, 1})
	f.use(expandLabel(f.secret, "traffic upd", sha256.Size))
	return r
}
