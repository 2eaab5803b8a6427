package figures

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// IsTerminal reports whether w is a terminal on which a line can be written again. The null device is
// a character device too, and is none.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// PerSecond returns the rate of n in d.
func PerSecond(n int64, d time.Duration) int64 { return int64(float64(n) / d.Seconds()) }

// Round returns d with as many digits as are known.
func Round(d time.Duration) time.Duration {
	switch {
	case d < 10*time.Microsecond:
		return d.Round(10 * time.Nanosecond)
	case d < time.Millisecond:
		return d.Round(time.Microsecond)
	}
	return d.Round(10 * time.Microsecond)
}

// Megabytes writes n bytes as megabytes.
func Megabytes(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Thousands writes n with commas.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
