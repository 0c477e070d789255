#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace walle::support {

/// A real file system of a few bytes in a folder, for tests of full disks: a tmpfs in a mount namespace of this process
/// (and of what it starts afterwards). Make it before the first thread.
class SmallDisk {
 public:
  /// `size` as mount(8) writes it: "2m". Makes the folder.
  SmallDisk(std::string folder, const std::string& size) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = own_namespace() && ::mount("walle-test", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// False where this machine does not let us mount: the test says so and is skipped.
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

  /// Takes every byte that is left.
  void fill() const {
    const int file = ::open((folder_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::vector<char> block(4096);
    while (::write(file, block.data(), block.size()) > 0) {
    }
    ::close(file);
  }
  void make_room() const { std::filesystem::remove(folder_ + "/ballast"); }

 private:
  /// As root at once; else through a user namespace, where the kernel allows those.
  static bool own_namespace() {
    static const bool done = [] {
      const uid_t user = ::getuid();
      const gid_t group = ::getgid();
      if (user == 0) {
        if (::unshare(CLONE_NEWNS) != 0) return false;
      } else {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << user << ' ' << user << " 1";
        std::ofstream("/proc/self/gid_map") << group << ' ' << group << " 1";
      }
      return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }();
    return done;
  }

  std::string folder_;
  bool mounted_ = false;
};

}  // namespace walle::support
