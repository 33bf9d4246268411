#include "apps/prosa/prosa_main.hpp"

int main(int argc, char** argv) { return prosa::prosa_main(argc, argv); }
