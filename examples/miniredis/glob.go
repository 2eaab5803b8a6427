package main

// match reports whether text matches a pattern: * for any bytes, ? for one, [abc] [a-z] [^a]
// for one of a class, and \ before a byte that stands for itself.
//
// It remembers the latest * alone, so it takes at most the product of the lengths.
func match(pattern, text string) bool {
	p, t := 0, 0
	star, from := -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, from = p, t
			p++
			continue
		}
		if n := matchOne(pattern[p:], text[t]); n > 0 {
			p += n
			t++
			continue
		}
		if star < 0 {
			return false
		}
		from++
		p, t = star+1, from
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne returns how many bytes of the pattern match c: 0 if c does not match.
func matchOne(pattern string, c byte) int {
	switch {
	case pattern == "":
		return 0
	case pattern[0] == '?':
		return 1
	case pattern[0] == '[':
		return matchClass(pattern, c)
	case pattern[0] == '\\' && len(pattern) > 1:
		if pattern[1] == c {
			return 2
		}
		return 0
	case pattern[0] == c:
		return 1
	}
	return 0
}

// matchClass is matchOne of a class. One that is not closed ends with the pattern.
func matchClass(pattern string, c byte) int {
	i := 1
	isNot := i < len(pattern) && pattern[i] == '^'
	if isNot {
		i++
	}
	isIn := false
	for i < len(pattern) && pattern[i] != ']' {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			isIn = isIn || pattern[i+1] == c
			i += 2
		case i+2 < len(pattern) && pattern[i+1] == '-':
			low, high := min(pattern[i], pattern[i+2]), max(pattern[i], pattern[i+2])
			isIn = isIn || low <= c && c <= high
			i += 3
		default:
			isIn = isIn || pattern[i] == c
			i++
		}
	}
	if isIn == isNot {
		return 0
	}
	return min(i+1, len(pattern))
}
