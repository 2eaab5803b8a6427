package storage

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// file returns a file of some records, and where each of them begins.
func file(payloads ...string) (b []byte, begins []int) {
	for i, p := range payloads {
		begins = append(begins, len(b))
		b = appendRecord(b, uint32(i), []byte(p))
	}
	return b, begins
}

func TestATornRecordIsLeftOut(t *testing.T) {
	whole, begins := file("one", "two", "", "the last one")
	last := begins[len(begins)-1]
	for n := range len(whole) {
		// Parts of the last record are there, and parts of it are not.
		for name, torn := range map[string][]byte{
			"cut":      whole[:n],
			"zeroes":   append(bytes.Clone(whole[:n]), make([]byte, len(whole)-n)...),
			"no begin": append(append(bytes.Clone(whole[:last]), make([]byte, max(0, n-last))...), whole[max(n, last):]...),
		} {
			got, err := parseRecords(torn)
			want := 0
			for i, begin := range begins {
				if i+1 < len(begins) && begins[i+1] <= n || n == len(whole) || name == "no begin" && begin < last {
					want = i + 1
				}
			}
			if bytes.Equal(torn, whole) {
				want = len(begins)
			}
			if err != nil || len(got) != want {
				t.Errorf("%s at %d: %d records, wanted %d, %v", name, n, len(got), want, err)
			}
		}
	}
}

func TestARecordThatWasSyncedIsNotLeftOut(t *testing.T) {
	whole, begins := file("one", "two", "", "the last one")
	last := begins[len(begins)-1]
	for i := range last {
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[i] ^= 1 << bit
			if got, err := parseRecords(b); !errors.Is(err, ErrDamaged) {
				t.Errorf("bit %d of byte %d: %d records, %v", bit, i, len(got), err)
			}
		}
	}
}

func TestADamagedLastRecordIsTakenForATornOne(t *testing.T) {
	whole, begins := file("one", "two", "", "the last one")
	last := begins[len(begins)-1]
	for i := last; i < len(whole); i++ {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if got, err := parseRecords(b); err != nil || len(got) != len(begins)-1 {
			t.Errorf("byte %d: %d records, %v", i, len(got), err)
		}
	}
}

// Whatever the bytes are, reading them does not panic, and what was read was there.
func FuzzRecords(f *testing.F) {
	whole, _ := file("one", "two", "")
	f.Add(whole)
	f.Fuzz(func(t *testing.T, b []byte) {
		payloads, err := parseRecords(b)
		if err != nil {
			return
		}
		var again []byte
		for i, p := range payloads {
			again = appendRecord(again, uint32(i), p)
		}
		if !bytes.HasPrefix(b, again) {
			t.Error(fmt.Errorf("%x is read as %q", b, payloads))
		}
	})
}
