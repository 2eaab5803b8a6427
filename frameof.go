package edo

// FrameOf returns frame, which stands for fn, a function in a variable: the variable is used, as in the
// source. It costs nothing. Programs do not use it: see docs/stackless.md.
func FrameOf[Fn, F any](fn Fn, frame F) F { return frame }
