package origin

import (
	"regexp"
	"runtime"
	"strings"
)

// Frame returns what is known of a place; nothing of 0. The function of a place in compiled code has the
// name that it has in the source, as far as the name of its frame tells: see SourceName.
func Frame(pc uintptr) runtime.Frame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	f.Function = SourceName(f.Function)
	return f
}

// ofFrame matches a method of the frame of a compiled function.
var ofFrame = regexp.MustCompile(`\(\*(\w+)_edoFrame(\[\.\.\.\])?\)\.(Poll|defer\d+)`)

// ofLiteral matches the part of a frame's name that says which literal of a function it is.
var ofLiteral = regexp.MustCompile(`_func\d+(_\d+)*$`)

// SourceName returns the name in the source of the function that the linker calls symbol: a method of a
// frame, as edo build makes it, is that of a function. "main.(*serve_func1_2_edoFrame).Poll" is
// main.serve.func1.2. A method Read of a type conn is conn_Read: the frame does not say more.
func SourceName(symbol string) string {
	if !strings.Contains(symbol, "_edoFrame") {
		return symbol
	}
	return ofFrame.ReplaceAllStringFunc(symbol, func(method string) string {
		parts := ofFrame.FindStringSubmatch(method)
		return ofLiteral.ReplaceAllStringFunc(parts[1], func(literal string) string {
			return strings.ReplaceAll(literal, "_", ".")
		}) + parts[2]
	})
}
