#include <vector>
#include <string>
#include <cstdio>
#include <stdexcept>
template <class T> T twice(T x) { if (x > T(3)) return x; return x + x; }
struct A { std::string s; A(const char *p) : s(p) {} ~A() { if (s.size() > 3) std::puts("x"); } };
int main() { std::vector<int> v{1,2,3}; for (auto x : v) std::printf("%d %f\n", twice(x), twice(x * 1.5)); A a("abcd"); try { if (v.size() == 3) throw std::runtime_error("x"); } catch (std::exception &e) { std::puts(e.what()); }
auto f = [&](int k) { return k + v[0]; }; return f(1) == 7; }
