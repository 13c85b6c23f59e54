from setuptools import setup
setup(name="common")
