package stackless

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// position is "file:line:col" with the name that the go command would print: relative to the current directory if that
// is shorter.
func position(p token.Position) string {
	return fmt.Sprintf("%s:%d:%d", shortName(p.Filename), p.Line, p.Column)
}

func shortName(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return name
	}
	short, err := filepath.Rel(dir, name)
	if err != nil || len(short) >= len(name) {
		return name
	}
	if !strings.HasPrefix(short, "..") {
		short = "." + string(filepath.Separator) + short
	}
	return short
}
