# KissFFT 131.1.0 from its C sources. Debian ships no .c of it, so the upstream archive is fetched: from its home, or, where
# that can't be reached, from the Debian mirror this machine is set up with (the archives are byte-identical, one hash checks both).
# -DKISSFFT_SOURCE_DIR=<folder> builds offline.
include(FetchContent)
set(KISSFFT_SOURCE_DIR "" CACHE PATH "Folder with kiss_fft.c, for builds without a network")

if(KISSFFT_SOURCE_DIR)
  set(kissfft_SOURCE_DIR "${KISSFFT_SOURCE_DIR}")
else()
  set(kissfft_urls "https://github.com/mborgerding/kissfft/archive/refs/tags/131.1.0.tar.gz")
  find_program(APT_GET apt-get)
  if(APT_GET)
    execute_process(COMMAND "${APT_GET}" download --print-uris libkissfft-dev OUTPUT_VARIABLE uri ERROR_QUIET)
    if(uri MATCHES "'([^']+)/[^/']+\\.deb'")
      list(PREPEND kissfft_urls "${CMAKE_MATCH_1}/kissfft_131.1.0.orig.tar.gz")
    endif()
  endif()
  FetchContent_Declare(kissfft
    URL ${kissfft_urls}
    URL_HASH SHA256=76c1aac87ddb7258f34b08a13f0eebf9e53afa299857568346aa5c82bcafaf1a
    DOWNLOAD_EXTRACT_TIMESTAMP ON
    SOURCE_SUBDIR _none_)  # its own CMakeLists forces -ffast-math
  FetchContent_MakeAvailable(kissfft)
endif()

add_library(kissfft STATIC "${kissfft_SOURCE_DIR}/kiss_fft.c" "${kissfft_SOURCE_DIR}/kiss_fftr.c")
target_include_directories(kissfft SYSTEM PUBLIC "${kissfft_SOURCE_DIR}")
target_compile_definitions(kissfft PRIVATE NDEBUG)
target_compile_options(kissfft PRIVATE -O3 -w)
if(NOT EMSCRIPTEN)
  set_target_properties(kissfft PROPERTIES POSITION_INDEPENDENT_CODE ON)  # for the trainers' shared library
endif()
