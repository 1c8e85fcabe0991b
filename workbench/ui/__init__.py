"""What you see: only widgets. Begin with main_window.py."""
