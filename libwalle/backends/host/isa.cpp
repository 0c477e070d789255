#include "libwalle/backends/host/isa.h"

#include <array>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace walle::backends {
namespace {

#if defined(__x86_64__)
/// AMX needs its tiles switched on by the kernel for this process.
bool has_amx() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  constexpr unsigned kTile = 1U << 24, kInt8 = 1U << 25, kBf16 = 1U << 22;
  if ((d & kTile) == 0 || (d & kInt8) == 0 || (d & kBf16) == 0) return false;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

std::string brand() {
  std::array<unsigned, 12> words{};
  for (unsigned i = 0; i < 3; ++i) {
    unsigned* w = words.data() + 4 * i;
    if (__get_cpuid(0x80000002U + i, w, w + 1, w + 2, w + 3) == 0) return "x86-64";
  }
  std::string text(reinterpret_cast<const char*>(words.data()), sizeof(words));
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}
#else
std::string brand() { return "AArch64"; }
#endif

}  // namespace

bool cpu_has(Isa isa) {
  if (isa == Isa::baseline) return true;
#if defined(__x86_64__)
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == Isa::avx512) return has_avx512();
  if (isa == Isa::avx512_vnni) return has_avx512() && __builtin_cpu_supports("avx512vnni");
  if (isa == Isa::avx512_bf16) return has_avx512() && __builtin_cpu_supports("avx512bf16");
  if (isa == Isa::amx) {
    static const bool amx = has_amx();
    return amx;
  }
  return false;
#elif defined(__aarch64__)
  if (isa == Isa::neon) return true;
  if (isa == Isa::neon_dotprod) return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
  if (isa == Isa::neon_i8mm) return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
  return false;
#else
  return false;
#endif
}

std::string_view name_of(Isa isa) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "baseline", "AVX2", "AVX-512", "AVX-512 VNNI", "AVX-512 BF16", "AMX", "NEON", "NEON dotprod", "NEON i8mm"};
  return kNames[static_cast<size_t>(isa)];
}

std::string cpu_description() {
  for (const Isa isa : {Isa::amx, Isa::avx512, Isa::avx2, Isa::neon_i8mm, Isa::neon_dotprod, Isa::neon}) {
    if (cpu_has(isa)) return brand() + ", " + std::string(name_of(isa));
  }
  return brand();
}

}  // namespace walle::backends
