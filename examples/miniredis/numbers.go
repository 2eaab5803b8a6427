package main

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// parseInt parses a number that has the one form that an integer is written in: "10", and
// neither "+10" nor "010" nor " 10" nor "-0".
func parseInt(b []byte) (n int64, ok bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' && len(b) > 1 {
		return 0, false
	}
	var u uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	switch {
	case len(digits) == len(b):
		return int64(u), u <= math.MaxInt64
	default:
		return -int64(u), u <= 1<<63
	}
}

// parseFloat parses a score, which may be infinite, but not "nan".
func parseFloat(b []byte) (f float64, ok bool) {
	if bytes.IndexByte(b, '_') >= 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil && !math.IsNaN(f)
}

// appendFloat appends a score with 17 digits, as redis 7.0 does: 0.1 is 0.10000000000000001.
func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(b, "inf"...)
	case math.IsInf(f, -1):
		return append(b, "-inf"...)
	case f == math.Trunc(f) && math.Abs(f) < 1e15 && (f != 0 || !math.Signbit(f)):
		return strconv.AppendInt(b, int64(f), 10)
	}
	return strconv.AppendFloat(b, f, 'g', 17, 64)
}

// parseDecimal parses a number of INCRBYFLOAT. It has the 64 bits of precision of a C long
// double, so 0.1 and 0.2 make 0.3.
func parseDecimal(b []byte) (*big.Float, bool) {
	if f, ok := parseFloat(b); !ok || len(b) > 256 {
		return nil, false
	} else if math.IsInf(f, 0) {
		return new(big.Float).SetInf(f < 0), true
	}
	f, _, err := big.ParseFloat(string(b), 10, 64, big.ToNearestEven)
	return f, err == nil
}

// appendDecimal appends a number with up to 17 digits behind the point.
func appendDecimal(b []byte, f *big.Float) []byte {
	text := f.Append(nil, 'f', 17)
	if bytes.IndexByte(text, '.') >= 0 {
		text = bytes.TrimSuffix(bytes.TrimRight(text, "0"), []byte("."))
	}
	if string(text) == "-0" {
		text = text[1:]
	}
	return append(b, text...)
}
