package origin

import (
	"bytes"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// modulePath is the path of edo's own module, also when it has been renamed.
var modulePath = strings.TrimSuffix(reflect.TypeFor[placeCount]().PkgPath(), "/internal/origin")

// programs are the folders of the module that hold programs: these use edo as other programs do. So does the package whose
// faults tests find by their lines.
var programs = [...]string{"bench", "cmd", "examples", "internal/planted", "tools"}

// libraries are the folders of the module whose packages programs import.
var libraries = [...]string{
	"aio", "broadcast", "cancel", "cluster", "codec", "console", "edotest", "future", "joinset", "lock", "mpmc", "mpsc", "oneshot",
	"report", "scope", "selector", "sim", "socket", "stackless", "stream", "supervise", "timer", "tlsconn", "watch", "web",
}

// sources is the folder of edo's module, as the compiler has named it in this build.
var sources = sync.OnceValue(func() string {
	return strings.TrimSuffix(path.Dir(filepath.ToSlash(Frame(Here(0)).File)), "/internal/origin")
})

// IsEdo reports whether a function, in a file, is a part of edo and not of a program that
// uses it. Tests and the programs of edo's own module are no part.
//
// The compiler names a literal of edo after the function of the program that it was inlined into: the
// body of stream.All in main.run is main.run.All[...].1. Its file is that of edo.
func IsEdo(function, file string) bool {
	if strings.HasSuffix(file, "_test.go") {
		return false
	}
	if isOfLibrary(file) {
		return true
	}
	rest, ok := strings.CutPrefix(function, modulePath)
	if !ok {
		return false
	}
	if strings.HasPrefix(rest, ".") {
		return true
	}
	rest, ok = strings.CutPrefix(rest, "/")
	if !ok {
		return false // another module, whose name begins alike
	}
	for _, p := range programs {
		if after, ok := strings.CutPrefix(rest, p); ok && (after == "" || after[0] == '/' || after[0] == '.') {
			return false
		}
	}
	last := rest[strings.LastIndexByte(rest, '/')+1:]
	name, _, _ := strings.Cut(last, ".")
	return !strings.HasSuffix(name, "_test")
}

// isOfLibrary reports whether a file is one of a package that programs import.
func isOfLibrary(file string) bool {
	rest, ok := strings.CutPrefix(filepath.ToSlash(file), sources()+"/")
	if !ok {
		return false
	}
	folder, _, isBelow := strings.Cut(rest, "/")
	return !isBelow || slices.Contains(libraries[:], folder)
}

// TrimStack returns a stack, as debug.Stack prints it, without the frames at its top that
// say only how the panic was recovered: those of debug.Stack, of package runtime, of panic
// and of edo. If no frame would be left, it is returned as it is.
func TrimStack(stack []byte) []byte {
	head, rest, ok := bytes.Cut(stack, []byte("\n"))
	if !ok {
		return stack
	}
	for {
		call, after, ok := bytes.Cut(rest, []byte("\n"))
		place, after, ok2 := bytes.Cut(after, []byte("\n"))
		if !ok && !ok2 || len(call) == 0 || bytes.HasPrefix(call, []byte("created by ")) {
			return stack
		}
		if !handlesPanic(functionOf(string(call)), fileOf(string(place))) {
			break
		}
		rest = after
	}
	out := make([]byte, 0, len(head)+1+len(rest))
	return append(append(append(out, head...), '\n'), rest...)
}

// handlesPanic reports whether a frame is one of those above the function that panicked.
func handlesPanic(function, file string) bool {
	return function == "panic" || function == "runtime/debug.Stack" || isInternal(function, file)
}

// functionOf returns the function of a line "main.(*T).f(0x1, {0x2, 0x3})".
func functionOf(call string) string {
	if !strings.HasSuffix(call, ")") {
		return call
	}
	depth := 0 // arguments have brackets of their own: {...}, (...)
	for i := len(call) - 1; i >= 0; i-- {
		switch call[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return call[:i]
			}
		}
	}
	return call
}

// fileOf returns the file of a line "\t/home/me/main.go:12 +0x1f".
func fileOf(place string) string {
	place = strings.TrimSpace(place)
	if i := strings.LastIndexByte(place, ':'); i >= 0 {
		return place[:i]
	}
	return place
}
